"""Activities and channels in words, for pages and files."""

ACTIVITY_WORDS: dict[str, str] = {
    "write": "Writing",
    "answer": "Answering",
    "find_news": "Finding news",
    "find_people": "Finding people",
    "manage": "Managing",
    "read": "Reading",
    "outside": "Elsewhere (written down)",
}

CHANNEL_WORDS: dict[str, str] = {
    "linnet": "Here, in Linnet",
    "phone": "Phone",
    "facebook": "Facebook",
    "linkedin": "LinkedIn",
    "instagram": "Instagram",
    "bluesky": "Bluesky",
    "forum": "Forum",
    "blog": "Blog",
    "newsletter": "Newsletter",
    "mail": "Mail",
    "meeting": "Meeting",
    "other": "Other",
}
