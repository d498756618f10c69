"""The routes of `/api/v1`, one file for each thing that is asked for. Put together by `app`."""
