"""The classroom walkthrough, without its page: steps, questions, lessons.

A step has one idea and a few questions. Keys are computed from a scene, which is this picture, this
network and the token that asks; nothing that depends on them is stored. The words are in
assets/lessons, one file a step and language.
"""
