"""One kind of touchpoint seen by six models: the last stage of a journey; `.` keeps the one before.

After a purchase a model may see the same touchpoint in another way than before it.
"""

import pytest

from omvei import lenses
from omvei.lenses.drawn import stages

MODELS = "four_phase", "messy_middle", "cdj2009", "flywheel", "aarrr", "race"
CDJ = {"i": "initial_consideration", "a": "active_evaluation", "p": "postpurchase"}
CROSSWALK = """
ad_view                             awareness      .           .  attract  .           reach
wom_exposure                        awareness      .           .  attract  .           reach
page_view 100d ad_click             awareness      trigger     trigger  attract  acquisition  reach
page_view 100d email_click          awareness      trigger     trigger  attract  acquisition  reach
page_view search:problem            awareness      exploration a  attract  activation  act
page_view content_read content_read consideration  exploration i  attract  activation  act
page_view guide_read                consideration  exploration i  attract  activation  act
page_view download                  consideration  exploration i  attract  activation  act
page_view newsletter_signup         consideration  exploration a  attract  activation  act
page_view search:category           consideration  exploration a  attract  .           act
page_view category_view             consideration  exploration i  attract  activation  act
page_view product_view#a            consideration  exploration i  engage   activation  act
product_view#a price_view product_view#a consideration evaluation a engage activation   act
page_view comparison                consideration  evaluation  a  engage   .           act
page_view review_read               decision       evaluation  a  engage   .           act
page_view competitor_view           decision       evaluation  a  engage   .           act
page_view price_view                decision       evaluation  a  engage   .           act
page_view search:discount           decision       evaluation  a  engage   .           act
page_view wishlist                  consideration  evaluation  a  engage   activation  act
page_view add_to_cart               decision       evaluation  purchase engage activation act
page_view quote_request             decision       evaluation  purchase engage activation convert
page_view checkout_start            decision       evaluation  purchase engage activation convert
page_view purchase                  decision       purchase    purchase engage revenue    convert
purchase delivery                   retention      experience  p  delight  retention   engage
purchase support_contact            retention      experience  p  delight  retention   engage
purchase email_open                 retention      experience  p  delight  retention   engage
purchase content_read               retention      experience  p  delight  retention   engage
purchase delivery purchase          retention      purchase    purchase delight revenue engage
purchase price_view purchase        decision       purchase    purchase engage  revenue engage
purchase review_written=5           retention      experience  p  delight  referral    engage
purchase referral_sent              retention      experience  p  delight  referral    engage
purchase review_written=1           retention      experience  p  .        .           .
purchase return                     retention      experience  p  .        .           .
purchase complaint                  retention      experience  p  .        .           .
purchase competitor_view            decision       evaluation  a  .        .           act
purchase comparison                 decision       evaluation  a  .        .           act
"""


def rows():
    for line in CROSSWALK.strip().splitlines():
        *journey, a, b, c, d, e, f = line.split()
        for model, stage in zip(MODELS, (a, b, c, d, e, f), strict=True):
            yield model, " ".join(journey), CDJ.get(stage, stage)


@pytest.mark.parametrize(("model", "journey", "expected"), list(rows()))
def test_a_model_sees_a_touchpoint_in_its_own_way(model, journey, expected):
    told = [stage for stage in stages(lenses.load(model), journey).split() if "(" not in stage]
    before = told[-2] if len(told) > 1 else "-"
    assert told[-1] == (before if expected == "." else expected)
