"""Training: pictures and a recipe in, checkpoints and events out.

Either H-MHSA alone learns, from the frozen body that it stands in, or a whole network learns from
nothing but labels.

    recipe.py       what a run is made of: frozen values, checked at birth
    recipes/        the recipes that ship, one file each
    data.py         finding pictures, the held-back rule, decoding once into a mapped file
    labels.py       what folders, and a teacher asked once, tell of each picture
    corruptions.py  hiding cells of a picture: gray, or cells and squares of other pictures
    batches.py      the pictures of a step, a function of (seed, step, process)
    network.py      the student, its teacher, beginnings, and the taps that keep gradients
    objectives.py   what is asked of the student, as parts that add up
    checkpoint.py   saving at once or not at all, going on, files of weights
    loop.py         the steps, as events; prints nothing
    choices.py      one small network with each of the paper's choices undone in turn

With glibc, giving memory back and asking for it again can take a good part of a step; these
settings of the environment keep it. Whether they help on a machine, `python -m
tests.training.pace` tells, run with and without them:

    MALLOC_MMAP_THRESHOLD_=2000000000 MALLOC_TRIM_THRESHOLD_=8000000000 MALLOC_TOP_PAD_=200000000
"""
