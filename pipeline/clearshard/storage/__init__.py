"""The one seam to disks and buckets: safe reads of sources, durable writes of results.

- `store`: what is asked of a place that keeps objects
- `local`: such a place in a folder; `beneath`: the system's calls that it is made of
- `walking`, `versions`, `places`: what is in a folder, in which version, and whether it is the same
  folder still
- `objects`: such a place in a bucket; `clients`, `profiles`: who speaks to it, and as whom;
  `answers`: what it says, as errors that say what to do
- `ranges`: an object as a file, fetched in blocks
- `uris`: which of them a uri means
- `sources`: reads of customers' files, which never follow a link and never leave their root
- `files`: whole and durable writes, by rename only
- `permissions`: what is written is this user's alone, unless it is opened on purpose
- `failures`: errors of the operating system as errors that say what to do
"""
