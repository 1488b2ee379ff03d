"""Retention: where an inventory, the registry, the published schedule and the stores meet.

facts       columns of an inventory and of the registry as what is known of artefacts
planning    `clearshard retention plan`: an inventory → how each artefact stands
roots       the places that may be deleted below, and what lies where in them
links       where paths lead that have a link in them
outputs     what runs have made, of which nothing is deleted
due         what of an inventory may be deleted
sweeping    `clearshard retention sweep`: deletes it, with receipts
swept       what a sweep has come to, in numbers
telling     what the ledger is told of receipts
confirming  `clearshard retention confirm`: which transcripts should be gone, and are they?
"""
