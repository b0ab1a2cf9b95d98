"""Accounts kept by a platform that speaks SCIM 2.0 (RFC 7643, RFC 7644).

What SCIM has no word for stands in our ledger, beside the platform's own facts.
"""
