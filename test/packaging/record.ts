/** Adds the state that this version leaves behind to test/packaging/recorded: to be run at a release, and not again. */
import { record } from "./fixtures/recorded-state";

record().then(
  (version) => console.log(`test/packaging/recorded/${version} is written.`),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
