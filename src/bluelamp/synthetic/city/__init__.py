"""The synthetic city: the active calls of a city that does not exist, in the form that Dallas publishes, with faults
that are planted and labelled. The demo and the tests use it."""
