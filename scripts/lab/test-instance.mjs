import { digestOf } from "../setup/digest.mjs";
import { projectFolder } from "../setup/project-folder.mjs";

/**
 * The lab of this folder's tests: two clones that are tested at the same time don't share a gateway, nor do two lanes of one run.
 * @param {string} lane of scripts/test.mjs
 */
export const instanceOf = (lane) => `test-${digestOf(projectFolder)}${lane}`;

export const testInstance = instanceOf(process.env.TEST_LANE ?? "");
