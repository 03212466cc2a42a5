"""Searching what fine-tuning is to be done with, on a budget of minutes; interrupted, it goes on where it was.

Candidates are judged as training judges itself: on held-out parts of the training examples. The best of many is
flattered by having been chosen, so it is held against the defaults once more, on other held-out parts that chose
nothing, and taken only where it is better there too.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from encoders.encoder import serving_encoder
from encoders.errors import InputError, KefuError
from encoders.logistic import Floats
from encoders.resolve import default_encoder
from intents.examples import TrainingData
from intents.training.fit import calibrate
from intents.training.frozen import sample_of
from intents.training.options import TrainingOptions
from intents.training.rows import Rows, rows_of, trial_folds

if TYPE_CHECKING:
    import optuna

_CONFIRMING = 2.2
"""What holding the best against the defaults takes, in candidates."""


Judge = Callable[[TrainingOptions], Floats]
"""What options are worth: (held-out rows,) of 0 and 1, right or not; the seed decides which rows are held out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a search found.

    Attributes:
        options: what to train with: the best candidate where it was confirmed, else the defaults.
        candidates: how many were judged in all, the defaults among them.
        gain, interval: accuracy over the defaults on the parts that chose nothing, with its 95 % interval; None
            where nothing was better than the defaults, or the time did not last for it.
        why: all this in a sentence.
    """

    options: TrainingOptions
    candidates: int
    gain: float | None
    interval: tuple[float, float] | None
    why: str


def search_options(
    data: TrainingData, options: TrainingOptions, folder: Path, *, minutes: float, say: Callable[[str], None]
) -> Searched:
    """Search learning rate, batch and epochs of fine-tuning; candidates are kept in `folder`.

    The search is Optuna's tree-structured Parzen estimator (Bergstra et al., "Algorithms for Hyper-Parameter
    Optimization", 2011), and the first candidate is what `options` say.

    Raises:
        InputError: for minutes that are not above 0, or a recipe that tunes nothing.
        KefuError: when Optuna is not installed.
    """
    if minutes <= 0:
        raise InputError("--search", f"{minutes:g} minutes are no time to search in.")
    if options.recipe == "fast":
        raise InputError("--search", "fast has nothing to search.", remedy="Leave --recipe out.")
    rows = rows_of(data, options)
    study = open_study(folder, _key(rows, options), options.seed)
    search = Search(options=options, study=study, judge=_judge(rows, options), say=say)
    return search.run(60 * minutes)


def _judge(rows: Rows, options: TrainingOptions) -> Judge:
    """Judges as training does: by what is right among the rows that a trial holds out."""
    from intents.training.tuned import run_trials

    encoder = options.encoder if options.encoder != "auto" else default_encoder(rows.texts)
    named = len(sample_of(rows, serving_encoder(encoder)).names) > 0

    def right(candidate: TrainingOptions) -> Floats:
        folds = trial_folds(rows, candidate)
        trials = run_trials(rows, folds, candidate, encoder=encoder, named=named)
        return calibrate(
            [(trial.sample, trial.fold) for trial in trials],
            len(rows.labels),
            inside_share=options.inside_share,
        ).right

    return right


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search at work.

    Attributes:
        study: the candidates that were judged, on disk. clock: seconds, of which only differences count.
    """

    options: TrainingOptions
    study: optuna.Study
    judge: Judge
    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic

    def run(self, seconds: float) -> Searched:
        """Judge candidates until what is left is needed to confirm the best."""
        end = self.clock() + seconds
        if not self.study.trials:
            self.study.enqueue_trial(_parameters(self.options))
        for trial in self.study.get_trials(deepcopy=False, states=[_state("RUNNING")]):
            self.study.tell(trial.number, state=_state("FAIL"))  # its run was interrupted
            self.study.enqueue_trial(trial.params)  # what it had tuned is still there
        while not self._done() or end - self.clock() > (1 + _CONFIRMING) * self._takes():
            self._judge_next()
        return self._confirmed(end)

    def _judge_next(self) -> None:
        trial = self.study.ask()
        candidate = _suggested(trial, self.options)
        start = self.clock()
        right = self.judge(candidate)
        trial.set_user_attr("seconds", self.clock() - start)
        self.study.tell(trial, float(right.mean()))
        self.say(f"candidate {trial.number + 1}: {_shown(candidate)}: accuracy {right.mean():.4f}")

    def _confirmed(self, end: float) -> Searched:
        best = replace(self.options, **self.study.best_params)
        first, count = self._done()[0], len(self._done())
        if _parameters(best) == _parameters(self.options) or self.study.best_value <= (first.value or 0.0):
            return self._unchanged(f"The defaults were the best of {count} candidates.")
        if end - self.clock() < self._takes():
            return self._unchanged(
                f"{_shown(best)} looked best of {count}, but no time was left to confirm it."
            )
        self.say(f"holding the best, {_shown(best)}, against the defaults on other parts of the examples")
        other = self.options.seed + 1
        plain, tuned = (self.judge(replace(one, seed=other)) for one in (self.options, best))
        gain, (low, high) = float((tuned - plain).mean()), _interval(tuned - plain)
        why = (
            f"{_shown(best)} is the best of {count} candidates: {_points(gain)} over the defaults "
            f"(95 %: {_points(low)} to {_points(high)}) on parts that chose nothing."
        )
        if gain <= 0:
            return Searched(
                options=self.options,
                candidates=count,
                gain=gain,
                interval=(low, high),
                why=f"{why} The defaults stay.",
            )
        options = replace(best, seed=self.options.seed)
        return Searched(
            options=options, candidates=count, gain=gain, interval=(low, high), why=f"{why} It is taken."
        )

    def _unchanged(self, why: str) -> Searched:
        return Searched(options=self.options, candidates=len(self._done()), gain=None, interval=None, why=why)

    def _done(self) -> list[optuna.trial.FrozenTrial]:
        found: list[optuna.trial.FrozenTrial] = self.study.get_trials(
            deepcopy=False, states=[_state("COMPLETE")]
        )
        return found

    def _takes(self) -> float:
        """Seconds that a candidate takes."""
        return float(np.median([trial.user_attrs["seconds"] for trial in self._done()]))


def _suggested(trial: optuna.Trial, options: TrainingOptions) -> TrainingOptions:
    """The next candidate; the space is around what is known to work, and what `options` say is in it."""
    slowest, fastest = min(1e-5, options.learning_rate), max(3e-4, options.learning_rate)
    return replace(
        options,
        learning_rate=trial.suggest_float("learning_rate", slowest, fastest, log=True),
        batch=trial.suggest_categorical("batch", sorted({16, 32, 64, options.batch})),
        epochs=trial.suggest_int("epochs", 1, max(16, options.epochs)),
    )


def _parameters(options: TrainingOptions) -> dict[str, Any]:
    return {"learning_rate": options.learning_rate, "batch": options.batch, "epochs": options.epochs}


def _shown(options: TrainingOptions) -> str:
    return (
        f"learning rate {options.learning_rate:.2g}, batch {options.batch}, at most {options.epochs} epochs"
    )


def _points(share: float) -> str:
    return f"{100 * share:+.1f} points"


def _interval(gains: Floats) -> tuple[float, float]:
    """The 95 % interval of a mean of paired differences."""
    half = 1.96 * float(gains.std(ddof=1)) / len(gains) ** 0.5
    return float(gains.mean()) - half, float(gains.mean()) + half


def _key(rows: Rows, options: TrainingOptions) -> str:
    """Changes with the examples and with everything that decides what a candidate is worth."""
    decides = {name: value for name, value in asdict(options).items() if name != "log"}
    content = [list(rows.texts), rows.targets.tolist(), list(rows.outside), decides]
    return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()[:16]


def open_study(folder: Path, key: str, seed: int) -> optuna.Study:
    """The search over these examples, begun or taken up again."""
    try:
        import optuna
        from optuna.storages.journal import JournalFileBackend
    except ImportError:
        raise KefuError("--search needs Optuna. Run pip install 'kefu[search]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        study_name=key,
        storage=optuna.storages.JournalStorage(JournalFileBackend(str(folder / "candidates.log"))),
        direction="maximize",
        load_if_exists=True,
    )
    # A run that goes on must not draw the candidates again that were drawn before.
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials), n_startup_trials=5)
    return study


def _state(name: str) -> Any:
    from optuna.trial import TrialState

    return TrialState[name]
