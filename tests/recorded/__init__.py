"""Records what users meet (answers of the API, pages, output of commands) and compares it to the letter.

Usage:
    python -m tests.recorded record FOLDER     makes homes in FOLDER/homes, and writes every answer to FOLDER/answers
    python -m tests.recorded compare FOLDER    asks the code at hand the same of copies of the same homes

A refactoring changes nothing for users: record before it, compare after each step. Requests, addresses of pages and
commands are chosen once, by the recording (FOLDER/plan.json). The clock stands still in every process, and what differs
between two runs of the same code all the same (ports, folders, durations) is masked by the rules in `masks`.

Everything goes through public doors (the command, HTTP, a browser), so that it outlives the code it looks at; only
`homes` calls the synthetic city by its module. By hand, and outside CI.
"""
