/** A provider whose calls say something and fail on demand: what engine-log.test.ts has the SDK's real process load. */
import { attachToEngine, endOnInterrupt, presentable, rowOf } from "../../provider/engine-log";
import { RejectedError } from "../../provider/errors";

type Bag = Record<string, unknown>;

attachToEngine();
endOnInterrupt(() => undefined);

async function call<T>(kind: string, args: Bag, result: T): Promise<T> {
  const row = rowOf(args, "pulumi-nodejs:dynamic/multipath:Route");
  row.info(`${kind} ${String(args["label"])}`);
  // Calls overlap, and end in another order than they began.
  await new Promise((resolve) => setTimeout(resolve, Number(args["wait"] ?? 0)));
  if (args["progress"]) row.progress("half way");
  if (args["warn"]) row.warn("careful");
  await row.told();
  const redact = (text: string) => text.replaceAll(new RegExp(String(args["secret"] ?? "(?!)"), "g"), "[secret]");
  if (args["fail"] === "expected") throw presentable(new RejectedError("RTNETLINK answers: Network is unreachable"), redact);
  if (args["fail"]) throw presentable(new TypeError("x is not a function"), redact);
  return result;
}

export const provider = {
  check: (_olds: Bag, news: Bag) => call("check", news, { inputs: news, failures: [] }),
  diff: (_id: string, _olds: Bag, news: Bag) => call("diff", news, { changes: true }),
  create: (inputs: Bag) => call("create", inputs, { id: "route-1", outs: inputs }),
  read: (id: string, props: Bag) => call("read", props, { id, props }),
  update: (_id: string, _olds: Bag, news: Bag) => call("update", news, { outs: news }),
  delete: (_id: string, props: Bag) => call("delete", props, undefined),
};
