"""A customer asks for a person, or says yes: in 27 languages, and only then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.requests import asks_for_person, says_yes

ASKING = """
I want to talk to a human
agent please
Can I speak with a real person?
Hi! Could you connect me to someone?
Ich möchte mit einem Menschen sprechen
Mitarbeiter bitte
Kann ich mit jemandem reden?
quiero hablar con una persona
un agente por favor
Je voudrais parler à un conseiller
puis-je parler à quelqu’un ?
vorrei parlare con un operatore
quero falar com um atendente
ik wil een medewerker spreken
chcę rozmawiać z konsultantem
bir temsilciyle görüşmek istiyorum
хочу поговорить с человеком
позовите оператора
أريد التحدث مع موظف
人工客服
我要找真人
担当者と話したいです
オペレーターにつないでください
상담원과 통화하고 싶어요
मुझे किसी इंसान से बात करनी है
tôi muốn nói chuyện với nhân viên
jeg vil gerne tale med et menneske
jag vill prata med en människa
haluan puhua ihmisen kanssa
chci mluvit s člověkem
vreau să vorbesc cu un operator
szeretnék egy ügyintézővel beszélni
θέλω να μιλήσω με άνθρωπο
хочу поговорити з людиною
אני רוצה לדבר עם נציג
ขอคุยกับเจ้าหน้าที่
saya mau bicara dengan manusia
"""
NOT_ASKING = """
How many people fit on the sofa?
Can a person pick up my parcel?
Kann jemand anderes mein Paket abholen?
Who can sign for the parcel?
¿Puede recogerlo otra persona?
我可以让别人代收吗？
本人以外が受け取れますか？
How do I contact you?
J'ai besoin d'une facture
Am I talking to a real person?
Spreche ich mit einem Menschen?
Можно ли получить посылку другому человеку?
I want to return a lamp
Do you ship to Austria?
Is the agent fee included?
"""
YES = """
yes
Yes, please!
“ja”
Ja bitte!
sí
si
oui
sì
sim
tak
evet
да
نعم
是
はい
네
हाँ
có
ja
kyllä
ano
da
igen
ναι
так
כן
ใช่
ya
好的
👍
お願いします
ok
"""
NOT_YES = ["no", "No, thanks", "yes but how much is shipping", "please", "thanks", "", "何時ですか", "ja nein", "yes and what does it cost"]


def lines(text: str) -> list[str]:
    return text.strip("\n").split("\n")


@pytest.mark.parametrize("text", lines(ASKING))
def test_who_asks_for_a_person_is_understood(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize("text", lines(NOT_ASKING))
def test_who_asks_the_help_pages_is_not_handed_over(text: str) -> None:
    assert not asks_for_person(text)


@pytest.mark.parametrize("text", lines(YES))
def test_a_yes_is_a_yes(text: str) -> None:
    assert says_yes(text)


@pytest.mark.parametrize("text", NOT_YES)
def test_anything_else_is_no_yes(text: str) -> None:
    assert not says_yes(text)


@given(st.text())
def test_whatever_a_customer_writes_is_read_without_a_fault(text: str) -> None:
    asks_for_person(text)
    says_yes(text)
