"""How fast Slack may be called: docs.slack.dev/apis/web-api/rate-limits, and the tier on each method's page.

A tier counts each method in each workspace; "20+" is taken as 20. Posting is "one message per second per channel", short bursts
"allowed" (how short is not said; three), and "several hundred messages per minute" in a workspace; the status is limited in the same way.
"""

from bot.platforms import Limit, Pace

TIER_2, TIER_3, TIER_4 = Pace(20, 60.0), Pace(50, 60.0), Pace(100, 60.0)
ONE_A_SECOND = Pace(3, 1.0, in_turn=True)

LIMITS = (
    Limit(("post",), "channel", ONE_A_SECOND),
    Limit(("post",), "workspace", Pace(300, 60.0)),
    Limit(("status",), "channel", ONE_A_SECOND),
    Limit(("edit",), "workspace", TIER_3),
    Limit(("look",), "workspace", TIER_3),
    Limit(("open",), "workspace", TIER_3),
    Limit(("live-start",), "workspace", TIER_2),
    Limit(("live-append",), "workspace", TIER_4),
    Limit(("live-stop",), "workspace", TIER_2),
)
