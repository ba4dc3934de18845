import { describe, expect, it } from "vitest";
import { look, resource } from "../../support/policy";

const ID = "random-no-guessable-secret";

describe(ID, () => {
  it.each([[resource("random:index/randomString:RandomString", { length: 8 }, "bucket-suffix")]])(
    "passes $name with $props",
    (it) => {
      expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
    },
  );

  it.each([
    {
      it: resource("random:index/randomString:RandomString", { length: 64 }, "api-key"),
      messages: ['api-key is "RandomString"; wanted RandomPassword or RandomBytes for a secret.'],
    },
    {
      it: resource("random:index/randomUuid:RandomUuid", {}, "session-token"),
      messages: ['session-token is "RandomUuid"; wanted RandomPassword or RandomBytes for a secret.'],
    },
    {
      it: resource("random:index/randomPet:RandomPet", {}, "dbPassword"),
      messages: ['dbPassword is "RandomPet"; wanted RandomPassword or RandomBytes for a secret.'],
    },
    {
      it: resource("random:index/randomId:RandomId", { byteLength: 32 }, "api-key"),
      messages: ['api-key is "RandomId"; wanted RandomPassword or RandomBytes for a secret.'],
    },
    {
      it: resource("random:index/randomUuid4:RandomUuid4", {}, "token"),
      messages: ['token is "RandomUuid4"; wanted RandomPassword or RandomBytes for a secret.'],
    },
    {
      it: resource("random:index/randomUuid7:RandomUuid7", {}, "token"),
      messages: ['token is "RandomUuid7"; wanted RandomPassword or RandomBytes for a secret.'],
    },
    {
      it: resource("random:index/randomShuffle:RandomShuffle", {}, "password"),
      messages: ['password is "RandomShuffle"; wanted RandomPassword or RandomBytes for a secret.'],
    },
    {
      it: resource("random:index/randomInteger:RandomInteger", {}, "secret"),
      messages: ['secret is "RandomInteger"; wanted RandomPassword or RandomBytes for a secret.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });
});
