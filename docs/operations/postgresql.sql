-- 角色和数据库，可以反复运行：
--   sudo -u postgres psql -v password='换成口令' -f docs/operations/postgresql.sql
-- 之后 DATABASE_URL=postgresql://dianliang:换成口令@127.0.0.1:5432/dianliang；口令里的 @ / 等符号要用 % 编码。
\set ON_ERROR_STOP on
SELECT format('CREATE ROLE dianliang LOGIN PASSWORD %L', :'password')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dianliang') \gexec
ALTER ROLE dianliang LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
SELECT 'CREATE DATABASE dianliang OWNER dianliang TEMPLATE template0 ENCODING ''UTF8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'dianliang') \gexec
-- Nobody else of this server has any business there.
REVOKE ALL ON DATABASE dianliang FROM PUBLIC;
GRANT ALL ON DATABASE dianliang TO dianliang;
