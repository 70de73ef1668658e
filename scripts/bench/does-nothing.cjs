/** The engine's floor: a dynamic provider that does nothing. What a program costs with it, the engine costs. */
const provider = {
  check: async (_olds, news) => ({ inputs: news, failures: [] }),
  diff: async (_id, olds, news) => ({ changes: declared(olds) !== declared(news) }),
  create: async (inputs) => ({ id: "nothing", outs: inputs }),
  read: async (id, props) => ({ id, props, inputs: props }),
  update: async (_id, _olds, news) => ({ outs: news }),
  delete: async () => {},
};

/** What is changed: a route's gateway, or one of a whole gateway's routes. */
const declared = ({ gateway, routes }) => gateway ?? JSON.stringify(routes);

exports.provider = () => provider;
