"""The exit codes and their words: one list for the help, the documentation and the tests."""

from __future__ import annotations

DONE, FAILED, WRONG_USE, IN_PART, INTERRUPTED = 0, 1, 2, 3, 130

WORDS = {
    DONE: "done; also where there was nothing to do",
    FAILED: "failed: a file, a publisher, the disk or the database; the message says what and what to do",
    WRONG_USE: "wrong use: an unknown command, option, name or setting; nothing was touched",
    IN_PART: "done in part: some files are quarantined, lack more than a few of their rows, or could not be fetched",
    INTERRUPTED: "interrupted (Ctrl-C, SIGTERM): what was finished is kept, the same command goes on",
}
SHORT = "Exit codes: 0 done, 1 failed, 2 wrong use, 3 done in part, 130 interrupted."
