"""What waits for the first frame is done once it stands."""

import gc

from tests.console.conftest import Open


async def test_garbage_is_collected_again_once_the_first_frame_stands(open_console: Open) -> None:
    gc.disable()
    try:
        async with open_console() as desk:
            assert "Triage" in desk.text
            assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()
