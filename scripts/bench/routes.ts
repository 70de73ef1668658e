/** A route as all contenders declare it. */
export interface Route {
  readonly destination: string;
  readonly gateway: string;
}

/** `n` routes to networks of their own, all over one gateway. */
export function routesTo(n: number): Route[] {
  return Array.from({ length: n }, (_, index) => ({
    destination: `10.${64 + (index >> 8)}.${index & 255}.0/24`,
    gateway: "192.0.2.254",
  }));
}

/** The same with another gateway for one in the middle. */
export function withOneChanged(routes: readonly Route[]): Route[] {
  const changed = routes.length >> 1;
  return routes.map((route, index) => (index === changed ? { ...route, gateway: "192.0.2.253" } : route));
}
