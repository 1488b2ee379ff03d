"""What is said about somebody, found for whoever asks for it: nothing here runs by default.

    listed       drugs, conditions, occupations, events and languages, by lists of words
    quantities   amounts of money, ages, durations, shares
    moments      days and times that are no whole date
    attributes   what somebody is, has or has been through, by small patterns

The tagger finds more of some of these types, by what stands around a value. None of these
recognizers has a gate: they run where they are asked for, and nowhere else.
"""
