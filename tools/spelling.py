"""How the tools refuse unknown words of a command line: status 2, and the nearest known word."""
import argparse
import difflib
import re
import sys

EXIT_COMMAND_LINE = 2


def did_you_mean(word, known):
    """'; did you mean X?' for the end of a message, or nothing."""
    near = difflib.get_close_matches(word, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


class Parser(argparse.ArgumentParser):
    """Accepts options in full only, and suggests the nearest one for an unknown word."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **{"allow_abbrev": False, **named})

    def options(self):
        return [name for action in self._actions for name in action.option_strings]

    def refusal_of(self, words):
        """The message about words that the parser does not know."""
        word = words[0].partition("=")[0]
        kind = "option" if word.startswith("-") else "word"
        return f"there is no {kind} {word}{did_you_mean(word, self.options())}"

    def error(self, message):
        unknown = re.match(r"unrecognized arguments: (.+)", message)
        if unknown:
            message = self.refusal_of(unknown[1].split())
        self.print_usage(sys.stderr)
        self.exit(EXIT_COMMAND_LINE, f"{self.prog}: {message}\n")
