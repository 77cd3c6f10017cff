"""Small words that give a short message away where letters alone do not: greetings, thanks, articles, question words.

Kept for languages that share their script; other scripts speak for themselves. A word that several languages
share stands in each of their lists. Accents may be left out by whoever writes.
"""

from functools import lru_cache

from bot.language.cleaning import folded

WORDS: dict[str, str] = {
    "en": """hi hello hey thanks thank you please sorry yes bye good morning evening the a an and or is are was were do does did
        can could will would have has had i my me we our your it this that these there what when where how why which who
        not no don't i'm it's of to in on for from with without by at about order refund return shipping delivery help
        invoice size chart payment pay where's card track tracking
        arrived broken damaged item came still want""",
    "de": """hallo hi guten tag morgen abend moin danke dankeschön vielen dank bitte gern ja nein tschüss servus grüß gott der die
        das den dem ein eine einen einem einer und oder ist sind war habe haben hat hatte ich mir mich mein meine meinen wir uns
        unsere sie ihr ihre es was wann wo wie warum wer welche nicht kein keine von zu zum zur im mit ohne für auf aus bei nach
        kann können möchte wurde wird noch schon auch bestellung lieferung versand rückgabe geld hilfe
        rechnung zahlung zahlen größe größentabelle paket sendung
        kam kommt kaputt beschädigt angekommen leider wo's geht fehlt passt""",
    "es": """hola buenas buenos días tardes noches gracias muchas por favor perdón sí adiós el la los las un una y o es son está
        están era he ha han tengo tiene yo me mi mis nos nuestro su sus lo le qué cuándo cuánto dónde cómo quién cuál no de del
        a al en con sin para puedo pueden quiero pero más ya muy pedido devolución envío entrega ayuda dinero
        factura pago pagar talla paquete tarjeta
        llegó llega llegado roto rota falta""",
    "fr": """bonjour bonsoir salut coucou merci beaucoup svp plaît pardon oui non au revoir le la les un une des et ou est sont
        était ai as avez ont je j'ai me mon ma mes nous notre vous votre vos il elle ce cette c'est que quoi quand où comment
        combien pourquoi qui quel quelle ne pas n'ai de du d'un à aux en dans avec sans pour sur chez puis-je peux pouvez
        voudrais mais très commande remboursement retour livraison colis aide
        facture paiement payer taille carte
        arrivé arrivée arrive cassé cassée manque va""",
    "it": """ciao salve buongiorno buonasera grazie mille prego per favore scusi sì no arrivederci il lo la i gli le un uno una e o
        è sono era ho hai ha abbiamo hanno io mi mio mia miei noi nostro ci vi vostro lei suo questo questa che cosa quando
        quanto dove come perché chi quale non di del della dei delle a al alla da dal in nel con senza su posso può vorrei ma
        più ancora ordine rimborso reso spedizione consegna pacco aiuto
        fattura pagamento pagare taglia carta
        arrivato arrivata arriva rotto rotta manca""",
    "pt": """olá oi bom dia boa tarde noite obrigado obrigada por favor desculpe sim não tchau o a os as um uma e ou é são está
        estão era tenho tem temos eu me meu minha meus nós nosso você vocês seu sua isso este esta que quando quanto onde como
        quem qual por de do da dos das no na nos em ao à com sem para posso pode quero gostaria mas mais já muito pedido
        devolução reembolso envio entrega encomenda ajuda
        fatura pagamento pagar tamanho pacote cartão cadê recebi
        chegou chega veio quebrado quebrada falta""",
    "nl": """hallo hoi hey goedemorgen goedemiddag goedenavond dag dank bedankt dankjewel alstublieft alsjeblieft graag sorry ja
        nee doei de het een en of is zijn was heb heeft hebben had ik mij mijn me wij we ons onze u uw jullie jij je dit dat
        deze wat wanneer waar hoe waarom wie welke niet geen van te naar in op met zonder voor uit bij over kan kunnen wil
        wordt maar nog ook bestelling levering retour verzending pakket geld hulp
        factuur betaling betalen maat
        kwam komt kapot aangekomen helaas""",
    "pl": """cześć hej dzień dobry wieczór witam dzięki dziękuję bardzo proszę przepraszam tak nie pa i lub czy jest są był była
        mam ma mamy ja mnie mi mój moja moje my nasz pan pani państwo to ten ta te tego co kiedy gdzie jak dlaczego kto który
        ile z ze do na w we od za po bez dla przy o mogę można chcę chciałbym ale już jeszcze się zamówienie zwrot dostawa
        przesyłka paczka pieniądze pomoc
        faktura płatność zapłacić rozmiar
        przyszła przyszło dotarła uszkodzona uszkodzony brakuje""",
    "tr": """merhaba selam günaydın iyi günler akşamlar teşekkürler teşekkür ederim sağol lütfen pardon evet hayır hoşça kal bir
        bu şu o ve veya ile için var yok mı mi mu mü ben bana benim biz siz sizin ne zaman nerede nasıl neden kim hangi kaç
        kadar değil da de daha çok ama gibi istiyorum olur oldu geldi gelmedi siparişim sipariş iade kargo teslimat para
        yardım
        fatura ödeme beden kart
        kırık bozuk eksik gelir""",
    "vi": """xin chào cảm ơn cám vui lòng làm ơn lỗi vâng dạ không có và hoặc là của tôi mình em anh chị bạn ạ chúng ta này đó gì
        khi nào ở đâu thế bao nhiêu tại sao ai cho với từ đến trong được bị đã đang sẽ chưa muốn cần thể rồi nhưng hàng đơn
        trả giao tiền giúp
        hóa thanh toán đổi
        đến hỏng vỡ""",
    "sv": """hej hejsan tjena god morgon tack så mycket snälla förlåt ja nej hejdå en ett och eller är var har hade jag mig min
        mitt mina vi oss vår ni er det den detta denna vad när hur varför vem vilken inte av till från i på med utan för kan
        vill skulle men också beställning leverans retur frakt paket pengar hjälp
        kom kommer trasig man""",
    "da": """hej goddag godmorgen tak mange venligst undskyld ja nej farvel en et og eller er var har havde jeg mig min mit mine
        vi os vores i jer det den dette denne hvad hvornår hvor hvordan hvorfor hvem hvilken ikke af til fra på med uden for
        kan vil ville men også bestilling ordre levering retur fragt pakke penge hjælp
        kom kommer stykker man""",
    "no": """hei heisann god morgen takk mange vennligst unnskyld ja nei ha det en et og eller er var har hadde jeg meg min mitt
        mine vi oss vår dere den dette denne hva når hvor hvordan hvorfor hvem hvilken ikke av til fra på med uten for kan vil
        ville men også bestilling ordre levering retur frakt pakke penger hjelp noe mye""",
    "sk": """ahoj dobrý deň ráno večer ďakujem vďaka prosím prepáčte áno nie dovidenia a alebo je sú bol bola mám má máme už ja mi
        ma môj moje my náš vy váš to ten tá tento čo kedy kde ako prečo kto ktorý koľko z zo do na v vo od za po bez pre pri o
        s môžem chcem chcel ale ešte sa si objednávka vrátenie doručenie doprava balík peniaze pomoc""",
    "fi": """hei moi terve huomenta kiitos kiitoksia paljon ole hyvä anteeksi kyllä ei moikka ja tai on ovat oli minä minun minulla
        minulle me meidän te teidän se tämä nämä mikä mitä milloin missä miten miksi kuka en voiko voinko voin haluan mutta
        myös jo vielä tilaus tilaukseni palautus toimitus paketti rahat apua
        oli tuli tulee rikki maksaa""",
    "cs": """ahoj dobrý den ráno večer děkuji díky moc prosím promiňte ano ne nashledanou a nebo je jsou byl byla mám má máme já
        mi mě můj moje my náš vy váš to ten ta tento co kdy kde jak proč kdo který kolik z ze do na v ve od za po bez pro při
        o s mohu můžu chci chtěl ale už ještě se si objednávka vrácení doručení doprava balík peníze pomoc
        přišel přišla přijde rozbitý rozbitá chybí""",
    "ro": """salut bună ziua dimineața seara mulțumesc mersi vă rog scuze da nu pa un o și sau este sunt era am are avem eu mă îmi
        meu mea mei noi nostru dumneavoastră acest această asta ce când unde cum cine care cât de la din în pe cu fără pentru
        prin pot puteți vreau dar mai foarte comanda retur livrare colet bani ajutor
        ajuns ajunge stricat lipsește""",
    "hu": """szia sziasztok helló jó napot reggelt estét köszönöm köszi szépen kérem elnézést igen nem viszlát a az egy és vagy van
        vannak volt én nekem enyém mi ez az ezt azt mit mikor hol hogyan miért ki melyik mennyi hogy de is már még meg el
        lehet tudom szeretnék rendelés rendelésem visszaküldés szállítás csomag pénz segítség
        érkezett jött jön meg törött hiányzik""",
    "id": """halo hai selamat pagi siang malam terima kasih tolong maaf ya tidak bukan sampai jumpa dan atau adalah ini itu yang
        saya aku kami kita anda ada apa kapan di mana bagaimana kenapa mengapa siapa berapa ke dari dengan tanpa untuk pada
        bisa bisakah ingin mau sudah belum tapi juga pesanan pengembalian pengiriman barang paket uang bantuan
        rusak sampai datang kurang""",
    "ru": """привет здравствуйте добрый день вечер спасибо пожалуйста извините да нет до свидания и или не что это как где когда
        почему кто какой сколько я мне меня мой моя мою мы нас наш вы вам ваш он она они есть был была было будет в на с из от до
        для без по за к у о можно могу хочу уже ещё очень заказ возврат доставка посылка посылку деньги помощь""",
    "uk": """привіт вітаю добрий день вечір дякую будь ласка вибачте так ні до побачення і й та або не що це як де коли чому хто
        який скільки я мені мене мій моя мою ми нас наш ви вам ваш він вона вони є був була було буде в у на з із від до для без
        по за к о можна можу хочу вже ще дуже замовлення повернення доставка посилка посилку гроші допомога""",
    "bg": """здравейте здрасти добър ден вечер благодаря моля извинете да не довиждане и или че това как къде кога защо кой колко
        аз ми ме моят моята ние ни вие ви той тя те е съм са беше ще в на с от до за без по към при мога искам вече още много
        поръчка връщане доставка пратка пратката пари помощ""",
}

GREETINGS: dict[str, str] = {
    "en": "hi hello hey thanks thank welcome bye",
    "de": "hallo moin servus danke dankeschön tschüss hi",
    "es": "hola gracias adiós buenas",
    "fr": "bonjour bonsoir salut coucou merci",
    "it": "ciao salve buongiorno buonasera grazie",
    "pt": "olá oi obrigado obrigada tchau",
    "nl": "hallo hoi bedankt dankjewel goedemorgen goedemiddag goedenavond dag",
    "pl": "cześć hej dzięki dziękuję witam dzień",
    "tr": "merhaba selam teşekkürler sağol günaydın",
    "vi": "chào cảm xin",
    "sv": "hej hejsan tack",
    "da": "hej goddag tak",
    "fi": "hei moi terve kiitos",
    "cs": "ahoj děkuji díky",
    "ro": "salut bună mulțumesc mersi",
    "hu": "szia helló köszönöm köszi",
    "id": "halo hai terima kasih",
}

RARE_LETTERS = {"uk": "іїєґ", "ru": "ыэё"}
"""Letters that no neighbour in the same script writes; each counts once a word."""

# Small words that stand in names of products, books and places too ("Tee für zwei", "vaso di Murano"): no sign of a sentence.
IN_NAMES = frozenset(
    """the a an of for with and in on to der die das dem den ein eine und für mit aus im zu von el la los las un una de del y con para
    en a le les des du d'un au aux et à il lo i gli di da della dei delle e o os as um uma dos das het een van voor met z ze do dla i
    bir ve ile için và của cho och med för av i og til fra ja the si cu pentru az egy dan untuk dengan s pro na w
    order size card track help shipping carta carte kart talla paket pakke""".split()  # noqa: SIM905
)

COURTESIES = """
ok okay yes please no ja bitte favor por lütfen proszę nein sí si oui non sim não nao nee tak nie evet hayır vielen guten tag
beaucoup muchas mil molte muito much very so you schön well bien gut tot ziens see day days días dias morning morgen bom dia boa
tarde noite good bardzo ederim ơn
"""


def is_greeting(words: str) -> bool:
    """Whether a cleaned message is no more than a greeting, thanks, yes or no in Latin letters."""
    said = words.lower().split()
    return len(said) <= 3 and all(word in _COURTESIES for word in said)


def is_sentence(words: str, language: str, ended: bool) -> bool:
    """Whether a cleaned message is more than a name: long, or with such small words of that language as names do not have.

    `ended`: it ends as sentences do and names do not; then any small word will do.
    """
    said = words.replace("’", "'").split()
    known = _small_words(language)
    small = [word for word in map(str.lower, said) if folded(word) in known]
    telling = [word for word in small if word not in IN_NAMES]
    if len(said) < 7 and _is_titled(said) and 2 * len(small) < len(said):
        return False
    if len(said) < 3 or len(said) >= 7 or not known:
        return len(said) >= 3 or len(telling) >= 2
    return bool(small if ended else telling) or (ended and len(said) >= 5)


def _is_titled(said: list[str]) -> bool:
    """Whether most words after the first begin with a capital, as those of a product or a street do."""
    return 2 * sum(word[0].isupper() for word in said[1:]) > len(said) - 1


@lru_cache(maxsize=64)
def _small_words(language: str) -> frozenset[str]:
    return frozenset(folded(WORDS.get(language, "")).split())


_COURTESIES = frozenset(" ".join([*GREETINGS.values(), COURTESIES]).split())
