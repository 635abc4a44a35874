-- Databases have a second network, which applications join: front, poolers and routers are in it, servers are not.
-- Null of those made before there were two. The engine has the last word on what overlaps.
ALTER TABLE subnets ADD COLUMN clients_subnet CIDR UNIQUE;
