"""Training: images and a recipe in, checkpoints and events out.

Either H-MHSA alone is trained, by distillation from its frozen backbone, or a whole network is
trained from scratch on labels, with or without a teacher's soft targets; or a network with a head
for a person's own classes is fine-tuned.

    recipe.py       what a run is made of: frozen values, checked when they are made
    recipes/        the recipes that ship, one file each
    data.py         finding images, leaving out held-out ones, decoding into a mapped file
    labels.py       soft targets of each image, from its folder and a teacher
    corruptions.py  covering cells of an image: gray, or patches of other images (CutMix)
    batches.py      the images of a step, a function of (seed, step, process)
    network.py      student and teacher, initialisations, hooks that keep gradients
    objectives.py   the parts of the loss
    checkpoint.py   writing checkpoints atomically, resuming, weight files
    loop.py         the steps, as events; prints nothing
    finetune/       own classes: their images, the head, the best network
    choices.py      one small network with each design choice changed in turn

With glibc, allocating memory can take a good part of a step; these environment variables keep it.
`python -m tests.training.pace`, run with and without them, measures whether they help:

    MALLOC_MMAP_THRESHOLD_=2000000000 MALLOC_TRIM_THRESHOLD_=8000000000 MALLOC_TOP_PAD_=200000000
"""
