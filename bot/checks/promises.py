"""What only staff may promise, and what a text machine can never have done, in sixteen languages.

A subject such as a refund may be spoken of where a cited passage does so, in whatever language. A deed ("I have cancelled your
order") is refused unless a passage says the same words, since we can do nothing but answer.
"""

from collections.abc import Sequence

import regex

_SUBJECTS = {
    "a refund": r"refund|reimburs|money back|erstatt|geld zurück|reembols|devolución del (?:dinero|importe)|devolver(?:te|le)? el dinero|rembours"
    r"|rimbors|devolução do dinheiro|terugbeta|geld terug|zwr[oó]t\w* (?:pieni|kosz|środk)|zwróci\w* (?:pieni|kosz|środk)|para iade|geri öde|iade ed"
    r"|возврат\w* (?:денег|средств)|верн\w+ (?:вам )?(?:деньги|средства)|возмест|возмещ|استرداد|رد المبلغ|إعادة المبلغ|退款|退钱|返金|払い戻|환불|रिफंड|धनवापसी|पैसे वापस"
    r"|hoàn (?:lại )?tiền",
    "a discount": r"discount|\b\d+ ?% off|voucher|coupon|promo(?:tion)? code|rabatt|gutschein|nachlass|descuento|cup[oó]n|remise|rabais|bon d.achat"
    r"|code promo|sconto|\bbuono\b|desconto|cupom|korting|tegoedbon|rabat|zniżk|indirim|kupon|скидк|купон|промокод|خصم|قسيمة|تخفيض|折扣|优惠|打折|割引|クーポン"
    r"|할인|쿠폰|छूट|कूपन|giảm giá|mã giảm|phiếu (?:mua|quà)",
    "an exception or a compensation": r"exception|goodwill|compensat|ausnahm|kulanz|entschädig|excepci[oó]n|indemni|geste commercial|dédommag|eccezion"
    r"|risarc|exceç|indeniza|uitzondering|coulance|schadevergoeding|wyjątk|rekompensat|odszkodow|istisna|tazminat|исключени|компенсац|استثناء|تعويض"
    r"|例外|破例|补偿|赔偿|補償|예외|보상|अपवाद|मुआवज|ngoại lệ|bồi thường|đền bù",
    "a guarantee or a promise": r"guarantee|\bi promise|\bwe promise|garanti|versprech|versprich|prometo|prometemos|nous promettons|je promets|promett"
    r"|beloof|beloven|gwarant|obiecuj|söz veri|гарантир|обеща|نضمن|أضمن|أعدك|نعدك|保证|承诺|保証|お約束|보장|약속|गारंटी|वादा|đảm bảo|cam kết|xin hứa",
}
_DEEDS = {
    "en": r"(?<!\b(?:once|when|after|if|until|that) )\b(?:i|we)(?:['’]ve| have)(?: just| already| now| gone ahead and)* "
    r"(?:cancel|refund|chang|updat|sent|issu|process|book|arrang|forward|extend|appli|credit|approv|reserv|order)\w*",
    "de": r"\b(?:ich|wir) hab(?:e|en)\b[^.!?\n]{0,80}?\b(?:storniert|erstattet|geändert|verschickt|veranlasst|weitergeleitet|gutgeschrieben|gebucht"
    r"|verlängert|genehmigt|reserviert|bestellt|angepasst)\b",
    "es": r"\b(?:he|hemos) (?:ya )?(?:cancelado|anulado|reembolsado|cambiado|modificado|enviado|tramitado|aplicado|actualizado|aprobado|reservado)",
    "fr": r"(?:\bj['’]ai|\bnous avons) (?:bien |déjà )?(?:annulé|remboursé|modifié|changé|envoyé|appliqué|traité|transmis|accordé|réservé)",
    "it": r"\b(?:ho|abbiamo) (?:già |appena )?(?:annullato|rimborsato|modificato|cambiato|inviato|applicato|aggiornato|inoltrato|approvato|prenotato)",
    "pt": r"\b(?:eu |já )(?:cancel|reembols|alter|envi|apliqu|atualiz|process|encaminh|aprov)(?:ei|uei|amos)\b|\bcancelei\b|\breembolsei\b|\balterei\b",
    "nl": r"\b(?:ik heb|we hebben|wij hebben|heb ik)\b[^.!?\n]{0,60}?\b(?:geannuleerd|terugbetaald|gewijzigd|verstuurd|aangepast|doorgestuurd"
    r"|toegepast|goedgekeurd|gereserveerd)\b",
    "pl": r"\b(?:anulowa|zwróci|zmieni|wysła|przekaza|zatwierdzi|zarezerwowa|zaktualizowa)(?:łem|łam|liśmy|łyśmy)\b",
    "tr": r"\b(?:iptal ett|iade ett|değiştird|gönderd|uygulad|güncelled|onaylad|ayırd|ilett)(?:im|ik|ım|ık|üm|ük)\b",
    "ru": r"\b(?:я|мы) (?:уже |только что )?(?:отмени|верну|измени|отправи|оформи|примени|одобри|переда|продли)(?:л|ла|ли)\b",
    "ar": r"(?:لقد |قد )?(?:قمت|قمنا) ب(?:إلغاء|رد|تغيير|إرسال|تحديث|تطبيق|تحويل|تعديل)|لقد (?:ألغي|أرسل|غيّر|حوّل)\w+",
    "zh": r"我们?(?:已经?|刚刚?)(?:为您|帮您|给您|将您的\w{0,6})?(?:取消|退款|更改|修改|发送|寄出|处理|申请|批准|预订)",
    "ja": r"(?:キャンセル|返金|変更|送信|発送|手配|適用|更新|予約)(?:の手続き)?(?:を)?(?:いた)?しました",
    "ko": r"(?:취소|환불|변경|발송|처리|적용|승인|예약)(?:해 ?드렸|했|하였|을 완료)",
    "hi": r"(?:मैंने|हमने)[^।.!?\n]{0,50}?(?:रद्द|रिफंड|बदल|भेज|लागू|अपडेट)",
    "vi": r"\b(?:tôi|chúng tôi|mình) đã (?:hủy|hoàn tiền|thay đổi|đổi|gửi|cập nhật|áp dụng|xử lý|chuyển|đặt)",
}
_BY_SUBJECT = {name: regex.compile(pattern, regex.IGNORECASE) for name, pattern in _SUBJECTS.items()}
_BY_LANGUAGE = {language: regex.compile(pattern, regex.IGNORECASE) for language, pattern in _DEEDS.items()}


def promised(draft: str, passages: Sequence[str]) -> str:
    """The first subject that a draft speaks of and no passage does; ""."""
    return next(
        (name for name, words in _BY_SUBJECT.items() if words.search(draft) and not any(words.search(passage) for passage in passages)), ""
    )


def claimed(draft: str, language: str, passages: Sequence[str]) -> str:
    """A deed that the draft says was done, in its words; "" where there is none, or where a passage says just that."""
    words = _BY_LANGUAGE.get(language.partition("-")[0])
    found = words.search(draft) if words else None
    if found is None or any(found[0].casefold() in passage.casefold() for passage in passages):
        return ""
    return str(found[0])
