"""The live flow: capture, guard, diff, record, stream. The list of its steps is `workflow.py`."""
