-- Run once as a superuser: psql -v password="'…'" -f deploy/postgresql.sql
-- The application owns its database and is no superuser, so triggers that keep the audit trail bind it.
CREATE ROLE onestop LOGIN PASSWORD :password;
CREATE DATABASE onestop OWNER onestop ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE onestop FROM PUBLIC;
