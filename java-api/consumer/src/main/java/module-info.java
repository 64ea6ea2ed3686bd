module org.example.consumer {
    requires dev.eckart;
}
