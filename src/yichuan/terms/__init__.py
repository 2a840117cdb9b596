"""Terms 服务规则: where couriers' services reach, what they take, until when, and what they pay."""
