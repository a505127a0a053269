-- The roles and the database of crossdock, for a PostgreSQL of your own (17 or newer).
--
-- Run it as a superuser, as often as you like; it changes nothing that is already there:
--     psql -f deploy/postgres/roles.sql postgres
-- It sets no password, and a role without one cannot log in under scram-sha-256. Give each role
-- its own from psql, which sends only the hash, so that no log and no history sees it:
--     \password order_intake
-- Then write them into a pgpass file that only the workers' user can read (mode 0600), a line
-- for each role: HOST:PORT:*:ROLE:PASSWORD
-- The local stack makes the same roles by itself; a test compares the two lists.

-- What is granted already is not worth a notice.
SET client_min_messages = warning;

-- The owner of the database: it runs the migrations, and creates each service's schema for it.
SELECT 'CREATE ROLE crossdock LOGIN CREATEROLE'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'crossdock') \gexec

-- One role for each service. It owns its own schema and is granted nothing in any other: the
-- database, not good manners, keeps the services out of each other's tables.
SELECT format('CREATE ROLE %I LOGIN', role)
  FROM unnest(ARRAY[
         'order_intake', 'stock_receipts', 'allocation',
         'shipping', 'payments', 'notifications',
         -- Reads every schema for `audit` and `status`, and writes nowhere.
         'auditor'
       ]) AS role
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec

-- To give a schema to a role, its creator must be able to become that role.
SELECT format('GRANT %I TO crossdock', role)
  FROM unnest(ARRAY[
         'order_intake', 'stock_receipts', 'allocation',
         'shipping', 'payments', 'notifications', 'auditor'
       ]) AS role \gexec

-- The sort order and the case rules are built in: the same on every machine, after every upgrade.
SELECT $$CREATE DATABASE crossdock OWNER crossdock TEMPLATE template0 ENCODING 'UTF8'
         LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'$$
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'crossdock') \gexec

-- Nobody else has business in this database.
REVOKE CONNECT, TEMPORARY ON DATABASE crossdock FROM PUBLIC;
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE crossdock TO %I', role)
  FROM unnest(ARRAY[
         'order_intake', 'stock_receipts', 'allocation',
         'shipping', 'payments', 'notifications', 'auditor'
       ]) AS role \gexec
