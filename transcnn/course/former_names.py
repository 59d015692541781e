"""Names that saved answers of earlier versions used: questions and steps were numbered, an option
had another name.

A number is never given again, so nothing here changes when a question or a step is added.
"""

QUESTIONS = {
    "Q1": "tokens.count",
    "Q2": "tokens.covering",
    "Q3": "qkv.scores",
    "Q4": "qkv.weight",
    "Q5": "rows.which_is_row",
    "Q6": "rows.largest_column_sum",
    "Q7": "mix.top_five",
    "Q8": "mix.by_hand",
    "Q9": "permutation.weight_after",
    "Q10": "permutation.near_and_far",
    "Q11": "heads.odd_cell",
    "Q12": "heads.agreeing",
    "Q13": "scaling.undivided",
    "Q14": "scaling.by_hand",
    "Q15": "residual.relative_size",
    "Q16": "residual.by_block",
    "Q17": "quadratic.side_doubled",
    "Q18": "quadratic.overtaking",
    "Q19": "quadratic.by_stage",
    "Q20": "grids.own_grid",
    "Q21": "grids.fewer_pairs",
    "Q22": "boundary.beyond",
    "Q23": "boundary.after_shift",
    "Q24": "merging.by_hand",
    "Q25": "merging.argmax_tokens",
    "Q26": "levels.same_query",
    "Q27": "levels.strongest_other",
    "Q28": "upsampling.different_vectors",
    "Q29": "upsampling.share_of_last",
    "Q30": "reach.first_level",
    "Q31": "reach.farthest",
    "Q32": "cost.saving",
    "Q33": "cost.parts",
    "Q34": "crossover.small_map",
    "Q35": "crossover.side",
    "Q36": "crossover.equal_levels",
    "Q37": "resources.memory",
    "Q38": "resources.speedup",
    "Q39": "backbone.attention_share",
    "Q40": "backbone.costliest_part",
    "Q41": "cam.which_class",
    "Q42": "cam.for_runner_up",
    "Q43": "random.which_is_trained",
    "Q44": "random.higher_peak",
    "Q45": "colours.by_peak",
    "Q46": "colours.true_peak",
    "Q47": "ablation.swapped",
    "Q48": "ablation.uniform",
    "Q49": "ablation.strongest",
    "Q50": "patches.still_correct",
    "Q51": "patches.own_image",
    "Q52": "errors.attention_in_box",
    "Q53": "errors.helpful_occlusion",
    "Q54": "evidence.supported",
}
STEPS = {
    "1.1": "tokens",
    "1.2": "qkv",
    "1.3": "rows",
    "1.4": "mix",
    "1.5": "permutation",
    "2.1": "heads",
    "2.2": "scaling",
    "2.3": "residual",
    "2.4": "quadratic",
    "3.1": "grids",
    "3.2": "boundary",
    "3.3": "merging",
    "3.4": "levels",
    "3.5": "upsampling",
    "3.6": "reach",
    "4.1": "cost",
    "4.2": "crossover",
    "4.3": "resources",
    "4.4": "backbone",
    "4.5": "cam",
    "5.1": "random",
    "5.2": "colours",
    "5.3": "ablation",
    "5.4": "patches",
    "5.5": "errors",
    "5.6": "evidence",
}
OPTIONS = {"body": "backbone"}  # of patches.still_correct; no other question has had it
_NUMBER = {name: number for number, name in QUESTIONS.items()}


def current_name(name: str) -> str:
    """The present name of a question or step in a saved file."""
    return QUESTIONS.get(name) or STEPS.get(name) or name


def shuffle_seed(question: str) -> str:
    """What the order of a question's options is drawn from: its number where it had one, so that
    a saved "a" or "b" still means what the learner saw.
    """
    return _NUMBER.get(question, question)
