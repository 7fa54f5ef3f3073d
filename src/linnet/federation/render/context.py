"""The `@context` of what we send (interop paper §3).

Its first entry is the plain string that Mastodon looks for, then the keys' vocabulary, then every
extension that is used, in place: some readers really expand JSON-LD and know no other documents.
`schema` is written the way Mastodon expects it, which is not schema.org's own.
"""

from typing import Any

AS = "https://www.w3.org/ns/activitystreams"
SECURITY = "https://w3id.org/security/v1"

Context = list[str | dict[str, Any]]

_LINK = {"@type": "@id"}

PLAIN: Context = [AS]

ACTOR: Context = [
    AS,
    SECURITY,
    {
        "toot": "http://joinmastodon.org/ns#",
        "schema": "http://schema.org#",
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "alsoKnownAs": {"@id": "as:alsoKnownAs"} | _LINK,
        "movedTo": {"@id": "as:movedTo"} | _LINK,
        "Hashtag": "as:Hashtag",
        "featured": {"@id": "toot:featured"} | _LINK,
        "featuredTags": {"@id": "toot:featuredTags"} | _LINK,
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "memorial": "toot:memorial",
        "suspended": "toot:suspended",
        "attributionDomains": {"@id": "toot:attributionDomains"} | _LINK,
        "blurhash": "toot:blurhash",
        "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
    },
]

POST: Context = [
    AS,
    SECURITY,
    {
        "toot": "http://joinmastodon.org/ns#",
        "ostatus": "http://ostatus.org#",
        "gts": "https://gotosocial.org/ns#",
        "Hashtag": "as:Hashtag",
        "sensitive": "as:sensitive",
        "conversation": "ostatus:conversation",
        "blurhash": "toot:blurhash",
        "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
        "votersCount": "toot:votersCount",
        "interactionPolicy": {"@id": "gts:interactionPolicy"} | _LINK,
        "canQuote": {"@id": "gts:canQuote"} | _LINK,
        "automaticApproval": {"@id": "gts:automaticApproval"} | _LINK,
        "manualApproval": {"@id": "gts:manualApproval"} | _LINK,
        "quote": {"@id": "https://w3id.org/fep/044f#quote"} | _LINK,
        "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization"} | _LINK,
        "quoteUri": "http://fedibird.com/ns#quoteUri",
        "quoteUrl": "as:quoteUrl",
        "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
        "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    },
]

STAMP: Context = [
    AS,
    {
        "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
        "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
        "gts": "https://gotosocial.org/ns#",
        "interactingObject": {"@id": "gts:interactingObject"} | _LINK,
        "interactionTarget": {"@id": "gts:interactionTarget"} | _LINK,
    },
]
