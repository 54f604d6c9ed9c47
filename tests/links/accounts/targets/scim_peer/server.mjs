// An independent SCIM server for tests: SCIMMY's resources over a Map in memory.
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const [port, token] = process.argv.slice(2);
const users = new Map();
const groups = new Map();
let made = 0;

function written(all, id, data) {
  const now = new Date().toISOString();
  const before = all.get(id);
  const meta = { created: before?.meta?.created ?? now, lastModified: now };
  const user = { ...JSON.parse(JSON.stringify(data)), id, meta };
  all.set(id, user);
  return user;
}

SCIMMY.Resources.declare(SCIMMY.Resources.User, {
  egress: async ({ id }) => {
    if (!id) return [...users.values()];
    if (!users.has(id)) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
    return users.get(id);
  },
  ingress: async ({ id }, data) => {
    const same = (one) => one.id !== id && one.userName.toLowerCase() === data.userName.toLowerCase();
    if ([...users.values()].some(same)) throw new SCIMMY.Types.Error(409, "uniqueness", "taken");
    return written(users, id ?? `n${++made}`, data);
  },
  degress: async ({ id }) => {
    if (!users.delete(id)) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
  },
});

SCIMMY.Resources.declare(SCIMMY.Resources.Group, {
  egress: async ({ id }) => {
    if (!id) return [...groups.values()];
    if (!groups.has(id)) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
    return groups.get(id);
  },
  ingress: async ({ id }, data) => written(groups, id ?? `g${++made}`, data),
  degress: async ({ id }) => void groups.delete(id),
});

const app = express();
app.use(
  "/scim",
  new SCIMMYRouters({
    type: "bearer",
    handler: (request) => {
      if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("unknown token");
      return "sekisho";
    },
  }),
);
app.listen(Number(port), "127.0.0.1");
