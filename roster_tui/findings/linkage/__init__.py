"""Record linkage: which of the removed records and the added ones are one, and how sure that is.

Fellegi and Sunter's model (*A Theory for Record Linkage*, 1969): each field speaks for or against with the weight
of how often it agrees among two records of one, and how often it agrees by chance. Pure, but for `reading`.
"""
