"""Two-phase training: a large model writes, a person decides, a small model learns what was accepted.

`engine.two_phase` is the facade (`TwoPhaseTraining`, facade.py). Its texts are reviewed in
`engine.review`, with the filter that the view carries.

    start(user, inputs, kind=, **settings) -> Job   settings: `TwoPhaseSettings`, by their names
    view(user, job_id) -> TwoPhaseView              .job .phase .progress .state.memory .training
    newest(user) -> Job | None
    enough(user, job_id)                            train now on what is accepted
"""

from engine.two_phase.facade import TwoPhaseTraining, TwoPhaseView, open_two_phase

__all__ = ["TwoPhaseTraining", "TwoPhaseView", "open_two_phase"]
