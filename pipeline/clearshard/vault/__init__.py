"""Files that hold redacted text: written and opened here and nowhere else, so encrypted if any is.

    vault      the seam: Parquet and Arrow files, written as it is configured and opened as they are
    sealed     Arrow data in frames, each encrypted
    content    a digest of what a table holds, whatever bytes it is written in
    wrapping   a key, encrypted with another one
    key_file   which keys an output folder has, each wrapped by a key that is not in it
    kms        who wraps those: a key of this machine, or a service
    aws_kms    the service of Amazon
    opening    the vault of an output folder

Three keys above one another. Each file has a data key of its own, made at random. It lies in the
file, wrapped by a key of the output folder. Those lie in one small file of the folder, wrapped by a
key that is not there: a key file, an environment variable, or a key management service. So that key
can be replaced without touching a shard, and destroying it destroys all that hangs on it. A worker
is given the key of the folder and asks nobody for another: it has no network.
"""
