import { explore } from "heddle";
import { expect, test } from "vitest";

test("a response's body that the execution makes itself is read while it is made", async () => {
  const { verdict, failure, uncontrolled } = await explore(
    async ({ sleep }) => {
      let left = 3;
      const source = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await sleep(10);
          left -= 1;
          if (left < 0) controller.close();
          else controller.enqueue(new TextEncoder().encode("x"));
        },
      });
      expect(await new Response(source).text()).toBe("xxx");
    },
    { order: "production", runs: 5, corpus: false },
  );
  // Had it been waited for in vain, that would be among what is not controlled.
  expect([verdict, failure?.toString(), uncontrolled]).toEqual(["passed", undefined, []]);
});

test("nor does reading it take any time that a timer could run out in", async () => {
  const { verdict, complete, uncontrolled } = await explore(
    async () => {
      const limit = new Promise<string>((resolve) => setTimeout(() => resolve("too late"), 20));
      expect(await Promise.race([new Response("x").text(), limit])).toBe("x");
    },
    { order: "production", runs: 50, latencyMs: 1000, corpus: false },
  );
  expect([verdict, complete, uncontrolled]).toEqual(["passed", true, []]);
});

test("under chaos, too, the runtime closes the stream of a body that is a text before it is read again", async () => {
  const { verdict, failure } = await explore(
    async () => {
      const response = new Response('{"a":1}');
      const [one, other] = response.clone().body!.tee();
      const texts = [new Response(one).text(), new Response(other).text(), new Request("http://localhost/", { method: "POST", body: "q" }).text()];
      expect(await response.json()).toEqual({ a: 1 });
      expect(await Promise.all(texts)).toEqual(['{"a":1}', '{"a":1}', "q"]);
    },
    { order: "chaos", runs: 20, corpus: false },
  );
  expect([verdict, failure?.toString()]).toEqual(["passed", undefined]);
});
