"""What people and the model say in the previews, in English, Arabic and Japanese; in any other language they say it in English."""

from dataclasses import dataclass, replace

SHOP = "Lumen & Loom"


@dataclass(frozen=True, slots=True)
class Words:
    """Answers of a model; `pages`: what the shop's documents are called; `unheard`: a question that they do not answer, "" for any.

    The rest is what the platforms themselves write, neither of which speaks Arabic: `app` beside a name, the words beside what only
    one person sees, and the buttons of a form in Discord.
    """

    pages: tuple[tuple[str, str], ...]
    returns: str
    delivery: str
    payment: str
    unheard: str
    app: str = "APP"
    alone_in_slack: str = "Only visible to you"
    alone_in_discord: str = "Only you can see this"
    cancel: str = "Cancel"
    submit: str = "Submit"


ENGLISH = Words(
    pages=(("returns", "Returns and exchanges"), ("delivery", "Delivery"), ("payment", "Ways to pay")),
    returns="You have **30 days** after delivery to return something [1]. The return label is in your parcel, and the money is back"
    " within 5 days [1].",
    delivery="""It depends on where you live [2]:

| To | Days | Cost |
|---|---|---|
| Germany | 2–3 | 4.90 € |
| Japan | 7–9 | 19.00 € |
| Saudi Arabia | 6–8 | 17.50 € |

**Where is your parcel now?**

1. Open [My orders](https://shop.example/orders).
2. Type the number of your parcel, for example `LL-2048-JP`.

```
LL-2048-JP  handed to the carrier
```
""",
    payment="By card, by PayPal, or by bank transfer within *14 days* [3].",
    unheard="Do you rent out lamps for weddings?",
)

ARABIC = Words(
    pages=(("returns", "الإرجاع والاستبدال"), ("delivery", "التوصيل"), ("payment", "طرق الدفع")),
    returns="لديك **30 يومًا** بعد التسليم لإرجاع أي منتج [1]. ستجد ملصق الإرجاع داخل الطرد، ويعود إليك المبلغ خلال 5 أيام [1].",
    delivery="""يعتمد ذلك على مكان إقامتك [2]:

| إلى | الأيام | التكلفة |
|---|---|---|
| ألمانيا | 2–3 | 4.90 € |
| اليابان | 7–9 | 19.00 € |
| السعودية | 6–8 | 17.50 € |

**أين طردك الآن؟**

1. افتح صفحة [طلباتي](https://shop.example/orders).
2. اكتب رقم الطرد، مثلًا `LL-2048-JP`.

```
LL-2048-JP  handed to the carrier
```
""",
    payment="بالبطاقة أو عبر PayPal أو بتحويل مصرفي خلال *14 يومًا* [3].",
    unheard="هل تؤجرون المصابيح لحفلات الزفاف؟",
)

JAPANESE = Words(
    pages=(("returns", "返品と交換"), ("delivery", "配送について"), ("payment", "お支払い方法")),
    returns="商品の到着後**30日以内**であれば返品できます [1]。返品ラベルは荷物に同梱されており、5日以内に返金いたします [1]。",
    delivery="""お届け先によって異なります [2]。

| お届け先 | 日数 | 送料 |
|---|---|---|
| ドイツ | 2～3日 | 4.90 € |
| 日本 | 7～9日 | 19.00 € |
| サウジアラビア | 6～8日 | 17.50 € |

**荷物の現在地を確認するには**

1. [ご注文履歴](https://shop.example/orders)を開きます。
2. 荷物番号(例:`LL-2048-JP`)を入力します。

```
LL-2048-JP  handed to the carrier
```
""",
    payment="カード、PayPal、または*14日以内*の銀行振込でお支払いいただけます [3]。",
    unheard="結婚式用にランプを借りることはできますか?",
    app="アプリ",
    alone_in_slack="あなただけに表示されています",
    alone_in_discord="これはあなただけに表示されています",
    cancel="キャンセル",
    submit="送信",
)

_WORDS = {"en": ENGLISH, "ar": ARABIC, "ja": JAPANESE}


def words_in(language: str) -> Words:
    """What is said there."""
    return _WORDS.get(language) or replace(ENGLISH, unheard="")
