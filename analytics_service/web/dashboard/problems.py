"""What is wrong with something that a person gave, in the words of their page."""

from collections.abc import Mapping

from analytics_service.errors import BadParameter, NameTaken, Refused


def describe_problem(refused: Refused, words: Mapping[str, str], otherwise: str) -> str:
    """Returns the sentence for an error; one that has no words stands as it is in those of `otherwise`."""
    found = None
    if isinstance(refused, NameTaken):
        key = "wrong_taken"
        if refused.name == refused.domain:
            key = "domain_deleted" if refused.is_deleted else "domain_exists"
        found = words[key].format(domain=refused.domain)
    elif isinstance(refused, BadParameter):
        found = words.get(f"wrong_{refused.parameter.replace('-', '_')}")
    return found or words[otherwise].format(problem=str(refused))
