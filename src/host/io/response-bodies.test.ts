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
