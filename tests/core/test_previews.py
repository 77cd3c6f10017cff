"""Whatever the desk shows, both platforms take it, in each of our languages."""

from pathlib import Path

import pytest

from bot.language.detection import Detector
from bot.language.phrases import TRANSLATED
from bot.messages import Reply
from bot.pressed import Form
from tests.previews import on_discord, on_slack
from tests.previews.page import PLATFORMS, page
from tests.previews.story import SEEN_BY_OTHERS, told


@pytest.fixture(scope="module")
def detector() -> Detector:
    """Loading one takes longer than a story."""
    return Detector(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
async def test_every_kind_of_message_is_taken_by_both_platforms_and_is_in_the_readers_language(
    language: str, detector: Detector, tmp_path: Path
) -> None:
    scenes = await told(tmp_path, language, detector)
    assert [
        (scene.title, on_slack.fault(scene), on_discord.fault(scene))
        for scene in scenes
        if on_slack.fault(scene) or on_discord.fault(scene)
    ] == []
    framed = [scene for scene in scenes if isinstance(scene.shown, Reply | Form) and scene.title != SEEN_BY_OTHERS]
    assert [scene.title for scene in framed if scene.shown.language != language] == []  # type: ignore[union-attr]


async def test_a_preview_shows_what_is_said_and_what_can_be_pressed(detector: Detector, tmp_path: Path) -> None:
    scenes = await told(tmp_path, "ar", detector)
    slack, discord = (page(platform, "ar", scenes) for platform in PLATFORMS)
    for shown in (slack, discord):
        assert "<b>30 يومًا</b>" in shown or "<strong>30 يومًا</strong>" in shown
        assert "التحدث إلى موظف" in shown
        assert "إلى" in shown
        assert "👎" in shown
        assert 'href="https://shop.example/orders"' in shown
    assert "<table" in slack
    assert "<table" not in discord
