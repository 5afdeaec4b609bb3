/** Answers that a web page of another origin may read: what a browser asks before it sends, and checks before it shows. */
export interface Preflight {
  method: string;
  headers: string[];
  allowed: boolean;
}

/** Methods and headers that pages may send without asking: https://fetch.spec.whatwg.org/#cors-safelisted-method */
const simpleMethods = ["GET", "HEAD", "POST"];
const simpleHeaders = ["accept", "accept-language", "content-language"];
const simpleTypes = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
const simpleAnswers = ["cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"];

/** What `fetch` is on a page of the origin: CORS as browsers keep it, of which node's own fetch knows nothing. */
export function browserFetch(origin: string, asked: Preflight[] = []): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const unusual = [...request.headers.keys()].filter((name) => !isSimple(name, request.headers.get(name)!)).sort();
    if (unusual.length > 0 || !simpleMethods.includes(request.method)) {
      const answer = await fetch(request.url, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": request.method, "access-control-request-headers": unusual.join(",") },
      });
      const names = listed(answer, "access-control-allow-headers");
      const allowed =
        answer.ok && allows(answer, origin) &&
        (simpleMethods.includes(request.method) || listed(answer, "access-control-allow-methods").includes(request.method.toLowerCase())) &&
        unusual.every((name) => names.includes(name));
      asked.push({ method: request.method, headers: unusual, allowed });
      if (!allowed) {
        throw new TypeError(`Failed to fetch: the preflight of ${request.url} does not allow it`);
      }
    }

    const headers = new Headers(request.headers);
    headers.set("origin", origin);
    const response = await fetch(request.url, { ...init, method: request.method, headers });
    if (!allows(response, origin)) {
      throw new TypeError("Failed to fetch: the answer does not name the origin");
    }
    const shown = [...simpleAnswers, ...listed(response, "access-control-expose-headers")];
    const visible = new Headers([...response.headers].filter(([name]) => shown.includes(name)));
    return new Response(response.body, { status: response.status, headers: visible });
  };
}

function isSimple(name: string, value: string): boolean {
  return simpleHeaders.includes(name) || (name === "content-type" && simpleTypes.includes(value.split(";")[0]!.trim()));
}

function allows(response: Response, origin: string): boolean {
  return ["*", origin].includes(response.headers.get("access-control-allow-origin") ?? "");
}

function listed(response: Response, name: string): string[] {
  return (response.headers.get(name) ?? "").split(",").map((part) => part.trim().toLowerCase());
}
