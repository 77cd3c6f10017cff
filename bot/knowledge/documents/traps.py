"""Sentences of a document that give orders to a model ("Ignore all previous instructions") instead of telling people something.

Such a sentence is taken out with whatever follows it in its paragraph, since there the order goes on. The patterns ask for
two things at once, a word of overruling and a word for a model's orders, so that "ignore our earlier mail" stays.
"""
# ruff: noqa: E501

import regex

_RULES = r"(?:instructions?|prompts?|directives?|guidelines|programming|constraints|safety rules|content policy|system messages?)"
_OVERRULED = (
    r"\b(?:ignore|disregard|forget|override|bypass|discard|do not (?:follow|obey)|stop following|supersedes?)\b.{0,40}"
    r"\b(?:(?:previous|prior|above|earlier|preceding|system|original|initial|your|all)\b.{0,25}\b"
    + _RULES
    + r"|everything (?:above|before|you were told)|all prior ones|all safety rules)\b",
    # German, French, Spanish and Portuguese, Italian, Dutch
    r"\b(?:ignorier\w*|vergiss|vergesst|missachte\w*|vergessen sie)\b.{0,40}\b(?:anweisung\w*|instruktion\w*|richtlinien|vorgaben|systemprompt)",
    r"\b(?:ignore[zr]?|oublie[zr]?)\b.{0,40}\b(?:instructions|consignes|directives)\b",
    r"\b(?:ignor[ae]\w*|olvid[ae]\w*|esque[çc]a\w*|desconsider\w*)\b.{0,40}\b(?:instruccion\w*|instruç\w*|indicaciones|prompt)",
    r"\b(?:ignora\w*|dimentica\w*)\b.{0,40}\b(?:istruzioni|direttive)\b",
    r"\b(?:negeer|vergeet)\b.{0,40}\b(?:instructies|aanwijzingen)\b",
    # Polish, Turkish, Russian and Ukrainian
    r"\b(?:zignoruj\w*|ignoruj\w*|zapomnij\w*)\b.{0,40}\b(?:instrukcj\w*|polece\w*)",
    r"\b(?:tal[iı]mat|yönerge|k[ıi]s[ıi]tlama|filtre|kural)\w*.{0,20}\b(?:unut|yok say|göz ?ardı|görmezden|geçersiz|kald[ıi]r|uyma|devre dışı|uygulama)",
    r"\b(?:игнорируй\w*|проигнорируй\w*|забудь\w*|ігноруй\w*)\b.{0,40}\b(?:инструкци|указани|інструкці)\w*",
    # Arabic, Hindi, Vietnamese
    r"(?:تجاهل|انس[َى]?)\b.{0,30}(?:التعليمات|الأوامر|تعليمات)",
    r"(?:निर्देश|आदेश).{0,20}(?:अनदेखा|नज़रअंदाज़|भूल)",
    r"\b(?:bỏ qua|quên)\b.{0,30}\b(?:chỉ dẫn|hướng dẫn|lệnh)\b.{0,20}(?:trước|trên)",
    # Chinese, Japanese, Korean
    r"(?:忽略|无视|無視|忘记|忘掉|忽視).{0,12}(?:指令|指示|提示词|提示詞|命令)",
    r"(?:以前|これまで|上記|前|すべて|全て).{0,10}(?:指示|命令|プロンプト).{0,6}(?:無視|忘れ)",
    r"(?:이전|위의|모든).{0,12}(?:지시|명령|지침).{0,8}(?:무시|잊)",
)
_FORGED = (
    # A turn of the conversation that a document cannot have, and the marks of chat templates.
    r"(?:^|\n)[ \t>*#-]*[\[<(]{1,2}/?\s*(?:system|assistant|developer|inst|sys|thinking)\b[^\]>)\n]{0,20}[\]>)]{1,2}",
    r"(?:^|\n)[ \t>*#-]*(?:system|assistant|developer|sistem|sistema|système|система)\s*(?:prompt|message|override|note)?\s*[:：]\s+(?=\S)"
    r"(?=.{0,160}\b(?:you|your|ignore|user|operator|kullanıcı|instructions?|password|respon\w+|mode|du|tu|ты|вы)\b)",
    r"<\|(?:im_start|im_end|system|user|assistant|endoftext|begin_of_text|start_header_id|eot_id)[^|]{0,20}\|>",
    r"\bnew (?:system|operator) (?:rule|instructions?|prompt)\b|\bsystem override\b|\boverride\s*:\s*safety"
    r"|(?:^|\n)[ \t]*(?:new instructions|neue anweisungen|nuevas instrucciones|nouvelles instructions)\s*:",
    r"\breasoning(?: trace)? ?\(assistant\)",
    r"\b(?:as an? assistant|as the assistant|als assistent|en tant qu'assistant|como asistente|come assistente)\b.{0,80}"
    r"\b(?:safety|guidelines|sicherheitsrichtlinien|règles de sécurité|regles de securite|reglas de seguridad|linee guida di sicurezza)\b",
)
_AIMED = (
    # At the model: its prompt, its role, its limits, what it is to say.
    r"\b(?:reveal|print|output|repeat|show|leak|dump|display|return|tell me)\w*\b.{0,40}"
    r"\b(?:system (?:prompt|message|instructions)|(?:your|hidden|initial) (?:prompt|instructions)|instructions you were given|context window)\b",
    r"\b(?:revela|muestra|affiche|révèle|zeig|verrate?|gib|rivela|mostra|выведи|покажи|раскрой)\w*\b.{0,40}"
    r"(?:\bprompts?\b|systemprompt|system-prompt|systemanweisung\w*|in?struc?z?ion\w* del? sistema|istruzioni di sistema"
    r"|instructions? (?:du )?système|системн\w+ (?:промпт|инструкц)\w*)",
    r"\bsistem (?:istem|komut|talimat)\w*|موجه النظام|系统提示词|系統提示詞|システムプロンプト|시스템 프롬프트",
    r"\byou are (?:now|no longer)\b.{0,60}\b(?:unrestricted|jailbroken|DAN|AI|assistant|bound|mode|filters?|restrictions?)\b",
    r"\b(?:sen artık|ab jetzt (?:hast|bist) du|du bist jetzt|ahora estas|ahora eres|désormais tu)\b.{0,60}"
    r"\b(?:asistan\w*|DAN|regeln|uneingeschränkt|modo|sin restricciones|obéis|kural\w*)",
    r"\b(?:from now on|henceforth),? (?:you|your|respond|reply|answer)\b.{0,30}\b(?:no|no longer|obey|without|must|as if)\b",
    r"\b(?:pretend|act as(?: if)?|imagine|roleplay as)\b.{0,20}\b(?:AI|chatbot|language model|model|assistant)\b.{0,40}\b(?:no|without|un\w+|anything)\b"
    r"|\b(?:uncensored|unrestricted|jailbroken) (?:AI|model|assistant|mode|response)\b",
    r"\b(?:AI|LLM|language models?|chat ?bots?|AI (?:coding )?(?:agents?|assistants?|systems?)|note (?:to|for) (?:the |any )?(?:bot|AI|assistant|model)\w*"
    r"|important for the assistant)\b.{0,60}\b(?:you (?:must|are|should)|ignore|always append|reply|respond|should first|disregard|your real task|append)\b",
    r"\bnote (?:to|for) (?:the )?(?:bot|AI assistant|language model)\b",
    r"\b(?:enable |entering )?(?:developer|debug|god|jailbreak|unrestricted) mode (?:is )?(?:now )?(?:enabled|activated|on\b|you)"
    r"|\benable (?:developer|jailbreak) mode\b",
    r"\b(?:begin|start|end|finish) (?:your|every|each|all) (?:reply|replies|answers?|responses?) with\b",
    r"\b(?:append|include|repeat|insert|add)\b.{0,80}\b(?:(?:to|at|in) (?:the end of )?(?:your|every|each) (?:future )?(?:reply|replies|summary|answers?|responses?|review))\b",
    r"\bin your (?:reply|response|answer),? (?:add|include|insert|mention|suggest|tease|promote|advertise|recommend|introduce)\b",
    r"\b(?:am Ende jeder Antwort|à la fin de (?:toute|chaque) réponse|al final de cualquier respuesta|alla fine di ogni risposta)\b",
    r"\bcevab[ıi]n[ıi]\w*\b.{0,40}\b(?:başla|bölüm ver)\b|\bsansürsüz yanıt\b",
    r"\bdecode\b.{0,60}\b(?:do (?:exactly )?what it says|follow the instructions?|execute it|instruction inside)\b|\bexecute it as a command\b",
    r"\b(?:call|use) (?:send_email|http_post|delete_file)\b",
    r"\btell the (?:customer|user)s? that no human\b|\bwords above starting with\b",
)
_TRAP = regex.compile("|".join(f"(?:{pattern})" for pattern in (*_OVERRULED, *_FORGED, *_AIMED)), regex.IGNORECASE | regex.DOTALL)
_BLOCK = regex.compile(r"(?:[^\n]|\n(?![ \t]*\n|[ \t]*(?:[-+*#|>]|\d{1,3}[.)])\s?))+")
"""A paragraph, an item of a list, a row of a table, a heading."""
_SENTENCE_END = regex.compile(r"[.!?…।؟](?=[\s\"')\]»”])[\"')\]»”]*\s+|[。！？]\s*|\|")
_LEAD = regex.compile(r"\s*(?:(?:[-+*>]|#{1,6}|\d{1,3}[.)])\s+|\|\s*)*")


def without_traps(text: str) -> tuple[str, int]:
    """The text without such sentences, and how many places were taken out."""
    if not _TRAP.search(text):
        return text, 0
    kept: list[str] = []
    count = at = 0
    for block in _BLOCK.finditer(text):
        found = _TRAP.search(block.group())
        kept.append(text[at : block.start()])
        at = block.end()
        if found is None:
            kept.append(block.group())
            continue
        count += 1
        kept.append(_before(block.group(), found.start()))
    return "".join([*kept, text[at:]]), count


def _before(block: str, found: int) -> str:
    """The sentences of a block before the one in which the trap begins; the other cells of a table's row stay."""
    ends = [end.end() for end in _SENTENCE_END.finditer(block, 0, found)]
    start = ends[-1] if ends else 0
    if block.lstrip().startswith("|"):
        cell_end = block.find("|", found)
        return block[:start] + (" " + block[cell_end:] if cell_end >= 0 else "")
    lead = _LEAD.match(block)
    return "" if lead and start <= lead.end() else block[:start].rstrip()
