import type * as pulumi from "@pulumi/pulumi";
import { Route, type RouteArgs } from "./generated";

/** What can be said about a route over several lines at once. */
export interface MultipathRouteArgs extends Omit<RouteArgs, "gateway" | "device" | "onLink" | "nextHops"> {
  /** The lines that flows are spread over, each with its share. Their order makes no difference. */
  nextHops: Exclude<RouteArgs["nextHops"], undefined>;
}

/**
 * A route that spreads flows over several next hops by weight. The same resource as `Route`, so that a program may turn one into the other:
 * adding a second line is an update in place.
 */
export class MultipathRoute extends Route {
  constructor(name: string, args: MultipathRouteArgs, options: pulumi.CustomResourceOptions = {}) {
    super(name, args, options);
  }
}
