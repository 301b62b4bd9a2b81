package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.results.StudyFolder;
import dev.mixtune.results.StudyStore;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** What the steps of one study share; whoever opened a part closes it. */
record StudyContext(
    RunOptions options,
    StudyFolder folder,
    Console console,
    Surroundings around,
    Workbench bench,
    MenuBuilder menus,
    StudyStore store,
    StudyMemory memory,
    LatencySource latencies,
    Deadline deadline,
    Outlook outlook,
    ExecutorService workers,
    List<Plan> warmStart,
    List<SampleSet> robustness,
    SearchMeter meter) {}
