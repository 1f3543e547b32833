module example.test/videos

go 1.24
