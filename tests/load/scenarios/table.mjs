// What every script reads out of tables.json, which is `aiva load --list`. Plain JavaScript: k6,
// Artillery and Node.js import it.

export const scenarioNamed = (tables, name) => {
  const found = tables.scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
};

/** Users at a time since the beginning, in seconds; 0 when it is over. */
export function usersAt(scenario, seconds) {
  let begin = 0;
  for (const phase of scenario.phases) {
    const gone = (seconds - begin) / phase.seconds;
    if (gone < 1) return phase.users_from + gone * (phase.users_to - phase.users_from);
    begin += phase.seconds;
  }
  return 0;
}

/** Stages of k6's ramping-vus: where a phase begins with other users than the last, a jump. */
export function k6Stages(scenario) {
  const stages = [];
  let users = 0;
  for (const phase of scenario.phases) {
    if (phase.users_from !== users) stages.push({ duration: "0s", target: phase.users_from });
    stages.push({ duration: `${phase.seconds}s`, target: phase.users_to });
    users = phase.users_to;
  }
  return stages;
}

/**
 * Phases of Artillery, whose users arrive and then stay as long as the scenario wants them: a phase
 * brings those it has more than the last, in a second where it begins with them.
 */
export function artilleryPhases(scenario) {
  const phases = [];
  let users = 0;
  for (const phase of scenario.phases) {
    let left = phase.seconds;
    if (phase.users_from > users) {
      phases.push({ name: phase.name, duration: 1, arrivalCount: phase.users_from - users });
      left -= 1;
    }
    const more = phase.users_to - phase.users_from;
    if (more > 0) phases.push({ name: phase.name, duration: left, arrivalCount: more });
    else phases.push({ name: phase.name, pause: left });
    users = phase.users_to;
  }
  return phases;
}

/**
 * The number of a user that Artillery brings at that time, among the users there are then: those
 * with high numbers leave when they become fewer. `random`: 0 to 1.
 */
export function rankAt(scenario, seconds, random) {
  let begin = 0;
  let users = 0;
  for (const phase of scenario.phases) {
    const isJump = phase.users_from > users && seconds < begin + 1.5;
    if (seconds < begin + phase.seconds) {
      if (isJump) return users + random * (phase.users_from - users);
      if (phase.users_to > phase.users_from) return usersAt(scenario, seconds);
      return random * phase.users_to;
    }
    begin += phase.seconds;
    users = phase.users_to;
  }
  return users;
}

/** An operation of a profile, as often as it weighs. `share`: 0 to 1. */
export function pick(tables, profileName, share) {
  const profile = tables.profiles.find(({ name }) => name === profileName);
  if (profile === undefined) throw new Error(`there is no profile ${profileName}`);
  const parts = Object.entries(profile.per_minute).filter(([, weight]) => weight > 0);
  let left = share * parts.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [operation, weight] of parts) {
    if (left < weight) return operation;
    left -= weight;
  }
  return parts[parts.length - 1][0];
}
