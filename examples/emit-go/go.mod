module emit

go 1.21
