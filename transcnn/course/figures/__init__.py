"""The figures of the steps: what each shows of a scene, before its reveal and after it.

A step has one function, `figure(scene, t, revealed)`, which the course page shows and the handout
prints; what a visitor may vary on the page are its other arguments.
"""
