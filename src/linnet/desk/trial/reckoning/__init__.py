"""The statistics of a trial: pure functions of days and calendars, which know no database and no clock."""
