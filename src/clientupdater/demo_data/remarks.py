"""What staff might write beside a status."""

DEFERRALS = (
    "Asked to be called after the pension is credited.",
    "A relative answered; the client is back next week.",
    "At the hospital for a check-up; call again.",
    "Wants to ask the family first.",
    "Line was poor, could not be understood.",
    "Says the card is with the daughter; will look for it.",
)
SILENCES = (
    "No answer at any number, three tries on different days.",
    "Number out of service, nobody at the address.",
    "Moved away; the neighbours do not know where to.",
    "Relatives say abroad until next year.",
)
ASIDES = (
    "Asks about another loan.",
    "Prefers calls in the morning.",
    "Hard of hearing, speak slowly.",
    "Passbook seen.",
    "Would rather come to the branch.",
    "Señora was pleased to be called.",
)
SLIPS = ("Recorded for the wrong client.", "Typed by mistake.", "This call was for another month.")
MISTAKES = (
    "The family called back: not so.",
    "Closed too early, the papers are missing.",
    "Reached after all.",
)
